-- A program without charts knows no such messages, and would owe them for ever.
delete from rca_fleet.deliveries where part like 'chart-%';
drop table rca_fleet.charts;

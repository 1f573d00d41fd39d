drop table rca_fleet.mcp_status;

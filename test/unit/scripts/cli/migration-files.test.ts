import { expect } from 'chai';
import { destructiveStatements, droppedTable, migrationSql } from '../../../../scripts/cli/migration-files.ts';

describe('the migration files as the command reads them', () => {
  it('finds a file by the name that the migration tool gives it', () => {
    expect(migrationSql('1.do.first-schema')).to.match(/create table rca_fleet\.alerts/);
    expect(() => migrationSql('999.do.none')).to.throw('no file');
  });

  it('sees every statement that takes something away', () => {
    const sql = `-- drop table not_this_one;
      drop table a.b;
      create table c (id int);
      alter table c
        drop column old;
      delete from d where x = 1;
      insert into e values ('drop it');`;
    expect(destructiveStatements(sql)).to.deep.equal([
      'drop table a.b',
      'alter table c drop column old',
      'delete from d where x = 1',
    ]);
  });

  it('knows the table that is dropped, so that its rows can be counted', () => {
    expect(droppedTable('drop table rca_fleet.alerts')).to.equal('rca_fleet.alerts');
    expect(droppedTable('drop table if exists x cascade')).to.equal('x');
    expect(droppedTable('drop index i')).to.equal(null);
  });
});

import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { plainHarms } from '../../../../../src/workers/changes/harms/plain-harms.ts';
import { suspectChange } from '../../../../../src/workers/changes/suspect-change.ts';
import { incident } from '../../../../fixtures/rca/change-incident.ts';

const locked = (diff: string, file = 'db/migrate/77_entries.rb') =>
  plainHarms({ ...diffLines(diff), detail: diff, files: [file] }).find(({ why }) => why.includes('under a lock'));

const BUILT: [tool: string, line: string][] = [
  ['Laravel', '+Schema::table("entries", function (Blueprint $table) {\n+    $table->unique(["memo"]);\n+});'],
  ['Rails', '+    add_index :entries, :memo'],
  ['Django', '+        migrations.AddIndex(model_name="entry", index=models.Index(fields=["memo"], name="memo_idx")),'],
  ['Alembic', '+    op.create_index("memo_idx", "entries", ["memo"])\n+    op.drop_index("memo_idx", "entries")'],
  ['knex', '+  await knex.schema.alterTable("entries", (table) => table.index(["memo"]));'],
  ['Sequelize', '+    await queryInterface.addIndex("entries", ["memo"]);'],
  ['TypeORM', '+    await queryRunner.createIndex("entries", new TableIndex({ columnNames: ["memo"] }));'],
  ['Ecto', '+    create index(:entries, [:memo])'],
  ['Entity Framework', '+            migrationBuilder.CreateIndex(name: "IX_Memo", table: "Entries", column: "Memo");'],
  ['Liquibase', '+        <createIndex tableName="entries" indexName="memo_idx">'],
  ['a constraint', '+    add_foreign_key :entries, :books'],
  ['a type', '+    change_column :entries, :memo, :bigint'],
];

const LETS_WRITE = [
  '+    add_index :entries, :memo, algorithm: :concurrently',
  '+        AddIndexConcurrently(model_name="entry", index=models.Index(fields=["memo"], name="memo_idx")),',
  '+    op.create_index("memo_idx", "entries", ["memo"],\n+        postgresql_concurrently=True)',
  '+    add_foreign_key :entries, :books, validate: false',
  '+Schema::create("entries", function (Blueprint $table) {\n+    $table->index(["memo"]);\n+});',
  '+    remove_index :entries, :memo\n+    add_index :entries, :memo',
];

describe('a migration that keeps writers waiting', () => {
  for (const [tool, diff] of BUILT) {
    it(`is known by the words of its tool: ${tool}`, () => {
      const found = locked(diff);
      expect(found, diff).to.include({ isPlain: true, class: 'database' });
      expect(found!.shows.test('process 9 still waiting for RowExclusiveLock on relation 7')).to.equal(true);
      expect(found!.shows.test('canceling statement due to statement timeout: insert into "entries"')).to.equal(true);
      expect(found!.shows.test('block of ads shown by the clock')).to.equal(false);
    });
  }

  it('is none that lets others write, makes a new table, or is no migration', () => {
    for (const diff of LETS_WRITE) expect(locked(diff), diff).to.equal(undefined);
    expect(locked(BUILT[1]![1], 'app/models/entry.rb')).to.equal(undefined);
  });

  it('is to blame where a database that another service uses waits for it', () => {
    const told = incident({
      service: 'booking',
      metric: 'http_5xx_ratio',
      complaints: [
        { service: 'booking', body: 'ERROR: canceling statement due to statement timeout (insert into seats %)' },
        { service: 'seats-db', body: 'process % still waiting for RowExclusiveLock on relation 7' },
      ],
      commits: [
        {
          id: 'aa00aa00aa',
          title: 'Seats by row',
          files: ['backoffice/db/migrate/20260101_seats_by_row.rb'],
          diff: '+    add_index :seats, [:row, :number]',
          deployed: ['backoffice', 11],
        },
      ],
    });
    const { culprit } = suspectChange(told)!;
    expect(culprit?.live.id).to.equal('aa00aa00aa');
    expect(culprit?.affects).to.include('booking');
  });
});

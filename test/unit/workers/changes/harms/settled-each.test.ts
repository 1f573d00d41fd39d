import { expect } from 'chai';
import { settledEach } from '../../../../../src/workers/changes/harms/settled-each.ts';

const harmsOf = (...detail: string[]) =>
  settledEach({ removed: [], added: [], detail: detail.join('\n'), files: ['src/tides.ts'] });

/** What is waited for with each piece, by language. */
const EACH: [call: string, diff: string[]][] = [
  [
    'conn.commit',
    [
      ' def keep(conn, tides):',
      '     for tide in tides:',
      '         conn.execute(INSERT, tide)',
      '+        conn.commit()',
      '-    conn.commit()',
    ],
  ],
  [
    'reader.CommitMessages',
    [
      ' \tfor _, m := range messages {',
      ' \t\tw.handle(m)',
      '+\t\tif err := w.reader.CommitMessages(ctx, m); err != nil {',
      '+\t\t\treturn err',
      '+\t\t}',
      ' \t}',
      '-\treturn w.reader.CommitMessages(ctx, messages...)',
    ],
  ],
  [
    'out.sync_all',
    [
      '     for entry in &entries {',
      '         out.write_all(entry.as_bytes())?;',
      '+        out.sync_all()?;',
      '     }',
      '-    out.sync_all()?;',
    ],
  ],
  [
    'channel.force',
    [
      '     for (Entry entry : entries) {',
      '       channel.write(entry.bytes());',
      '+      channel.force(true);',
      '     }',
    ],
  ],
  [
    'consumer.commitSync',
    [
      '       for (ConsumerRecord<String, Tide> record : records.records(partition)) {',
      '         keep(record.value());',
      '+        consumer.commitSync(Map.of(partition, after(record)));',
      '       }',
    ],
  ],
  [
    'em->flush',
    [
      '         foreach ($berths as $berth) {',
      '             $this->em->persist($berth);',
      '+            $this->em->flush();',
      '         }',
      '-        $this->em->flush();',
    ],
  ],
  [
    'producer.send',
    [
      '     for (Tide tide : tides) {',
      '-      producer.send(recordOf(tide));',
      '+      producer.send(recordOf(tide)).get();',
      '     }',
    ],
  ],
  [
    'consumer.commitSync',
    [
      '     records.forEach { record ->',
      '         handle(record)',
      '-        consumer.commitAsync()',
      '+        consumer.commitSync()',
      '     }',
    ],
  ],
  [
    'await consumer.commitOffsets',
    [
      '   for (const message of messages) {',
      '     await handle(message);',
      '+    await consumer.commitOffsets([after(message)]);',
      '   }',
    ],
  ],
];

/** What looks similar and waits no more often than before, or only for many at once. */
const NOT_EACH: [name: string, diff: string[]][] = [
  [
    'every so many',
    [
      '     for index, tide in enumerate(tides):',
      '         conn.execute(INSERT, tide)',
      '+        if index % 500 == 0:',
      '+            conn.commit()',
    ],
  ],
  [
    'every so many, on one line',
    [' for (const tide of tides) {', '+  if (++kept % 500 === 0) await store.commit();', ' }'],
  ],
  [
    'for each batch',
    [
      '   for (const batch of batchesOf(tides, 500)) {',
      '     await write(batch);',
      '+    await store.commit();',
      '   }',
    ],
  ],
  [
    'for each partition of what was polled',
    [
      '     for (TopicPartition partition : records.partitions()) {',
      '       handle(records.records(partition));',
      '+      consumer.commitSync(last(partition));',
      '     }',
    ],
  ],
  [
    'for each batch of a block',
    ['   tides.each_slice(500) do |some|', '     write(some)', '+    store.commit()', '   end'],
  ],
  [
    'after each poll',
    [
      '   while (running) {',
      '     const found = await poll();',
      '+    await consumer.commitOffsets(found.last);',
      '   }',
    ],
  ],
  ['with each try', ['     for attempt in range(3):', '         write(tide)', '+        conn.commit()']],
  ['after the loop', ['     for tide in tides:', '         conn.execute(INSERT, tide)', '+    conn.commit()']],
  [
    'as before',
    [
      '     for tide in tides:',
      '-        conn.commit()',
      '+        conn.execute(TOUCH, tide)',
      '+        conn.commit()',
    ],
  ],
  [
    'by the mode of a client',
    [' for record in &records {', '+    consumer.commit_message(record, CommitMode::Async)?;', ' }'],
  ],
  ['without waiting', ['     for (Tide tide : tides) {', '+      consumer.commitAsync();', '     }']],
  ['a loop that is not new code', ['     for tide in tides:', '         conn.commit()', '+        count(tide)']],
];

describe('what is confirmed for each of many', () => {
  for (const [call, diff] of EACH) {
    it(`waits for ${call}`, () => {
      const [found] = harmsOf(...diff);
      expect(found?.why, diff.join('\n')).to.include(call);
      const shown = ['offset_commits_per_sec', 'fsync_per_sec', 'consumer_lag', 'wal_write_time'];
      expect(shown.filter((sign) => !found!.shows.test(sign))).to.deep.equal([]);
      const others = ['no such host', 'committee_size', 'flags_read', 'walk_ms', 'OutOfMemoryError'];
      expect(others.filter((sign) => found!.shows.test(sign))).to.deep.equal([]);
    });
  }

  for (const [name, diff] of NOT_EACH) {
    it(`is not read from what is confirmed ${name}`, () => {
      expect(harmsOf(...diff), diff.join('\n')).to.deep.equal([]);
    });
  }
});

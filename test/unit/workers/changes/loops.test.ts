import { expect } from 'chai';
import { asksForEach } from '../../../../src/workers/changes/loops.ts';

const ASKS = /\b(?:find\w*|load|query)\s*\(/;

describe('what is asked for each of many', () => {
  const each: string[][] = [
    ['for (const id of ids) {', 'rows.push(await load(id));', '}'],
    ['return ids.map((id) => load(id));'],
    ['ids.forEach { id ->', 'seats += repository.findSeat(id)', '}'],
    ['names = [load(id).name for id in ids]'],
    ['while (more(query("SELECT 1"))) {'],
    ['return ids.stream().map(repository::findById).toList();'],
    ['for id in ids: load(id)'],
  ];
  const once: string[][] = [
    ['repository.findAllByHall(hall, page).content.map(::toSeat)'],
    ['return (await query(SEATS)).rows.map(toSeat);'],
    ['seats = [to_seat(row) for row in query(SEATS)]'],
    ['for row in query(SEATS):', 'seats.append(row)'],
    ['rows = load(hall)', 'for (const row of rows) {', 'add(row);', '}'],
    ['seats.map(::toSeat)', 'fun findAll(hall: String): List<Seat>'],
  ];
  for (const lines of each) it(`is seen in ${lines[0]}`, () => expect(asksForEach(lines, ASKS)).to.equal(true));
  for (const lines of once) it(`is nothing in ${lines[0]}`, () => expect(asksForEach(lines, ASKS)).to.equal(false));
});

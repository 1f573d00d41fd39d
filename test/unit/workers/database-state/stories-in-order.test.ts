import { expect } from 'chai';
import fc from 'fast-check';
import { inOrder } from '../../../../src/workers/database-state/diagnose-database.ts';
import { EFFECTS, type Story, type StoryKind } from '../../../../src/workers/database-state/story.ts';

const story = (kind: StoryKind, score: number): Story => ({
  kind,
  score,
  text: `${kind} is told`,
  brief: kind,
  evidence: [1],
  actions: [],
});
const KINDS = Object.keys(EFFECTS) as StoryKind[];

describe('the stories of a database in order', () => {
  it('loses none, whichever of them explain each other', () => {
    const told = fc.uniqueArray(fc.tuple(fc.constantFrom(...KINDS), fc.double({ min: 0.3, max: 1, noNaN: true })), {
      selector: ([kind]) => kind,
    });
    fc.assert(
      fc.property(told, (stories) => {
        const kinds = inOrder(stories.map(([kind, score]) => story(kind, score))).map(({ kind }) => kind);
        expect(kinds.toSorted()).to.deep.equal(stories.map(([kind]) => kind).toSorted());
      }),
    );
  });

  it('begin with the surest of two that drive each other, else with what explains the other', () => {
    expect(inOrder([story('connections', 0.8), story('memory', 0.85)])[0]?.kind).to.equal('memory');
    expect(inOrder([story('cpu', 0.85), story('query', 0.8)])[0]?.kind).to.equal('query');
  });
});

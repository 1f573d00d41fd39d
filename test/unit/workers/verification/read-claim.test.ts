import { expect } from 'chai';
import { readClaim } from '../../../../src/workers/verification/read-claim.ts';

describe('what is read in a claim', () => {
  it('takes ids that begin with a digit for names, wherever their letters stand', () => {
    for (const id of ['089244869cae', '2867697ba5bf', '41979f150e32', '1234567abc'])
      expect(readClaim(`The change "tidy" (commit ${id}) fits`), id).to.deep.include({ names: [id], quantities: [] });
  });

  it('takes what is called a commit for a name, also one that has digits only', () => {
    const { names, quantities } = readClaim(
      'The change "tidy" (commit 440912837165) fits, and 440912837165 rows are read',
    );
    expect(names).to.deep.equal(['440912837165']);
    expect(quantities.map(({ value }) => value)).to.deep.equal([440912837165]);
  });

  it('takes numbers with their units for quantities', () => {
    for (const text of ['30000ms', '1m30s', '12345678 b', '1048576b'])
      expect(readClaim(`it took ${text}`).quantities, text).to.not.be.empty;
  });
});

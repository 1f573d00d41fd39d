import { expect } from 'chai';
import { withoutSearchMisses } from '../../../../src/workers/kubernetes-state/read/search-misses.ts';

const MISS = "** server can't find till-db.svc.cluster.local: NXDOMAIN";
const FOUND = ['Name:\ttill-db.bank.svc.cluster.local', 'Address: 10.96.4.9'];

describe('misses of search domains', () => {
  it('are left out where the name was found below another domain of the list', () => {
    expect(withoutSearchMisses('nslookup till-db', ['', MISS, ...FOUND])).to.deep.equal(['', ...FOUND]);
    const host = [
      'Host till-db.cluster.local not found: 3(NXDOMAIN)',
      'till-db.bank.svc.cluster.local has address 10.96.4.9',
    ];
    expect(withoutSearchMisses('host till-db', host)).to.deep.equal([host[1]]);
  });

  it('stay where nothing, or another name, was found', () => {
    expect(withoutSearchMisses('nslookup till-db', [MISS])).to.deep.equal([MISS]);
    const other = ['Name:\tweb.bank.svc.cluster.local', 'Address: 10.96.4.2', MISS];
    expect(withoutSearchMisses('nslookup till-db', other)).to.deep.equal(other);
    const whole = "** server can't find till-db: NXDOMAIN";
    expect(withoutSearchMisses('nslookup till-db', [whole, ...FOUND])).to.deep.equal([whole, ...FOUND]);
  });
});

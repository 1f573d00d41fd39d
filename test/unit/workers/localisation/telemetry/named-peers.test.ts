import { expect } from 'chai';
import { peersAmong } from '../../../../../src/workers/localisation/telemetry/named-peers.ts';

const peerOf = peersAmong(['desk', 'till', 'user', 'order-service']);

describe('the service that a line names', () => {
  it('stands where the far end of a call does', () => {
    expect(peerOf('call to till failed status=500', 'desk')).to.equal('till');
    expect(peerOf('POST http://user.shop.svc:8080/login: refused', 'desk')).to.equal('user');
    expect(peerOf('dial tcp till:9000: i/o timeout', 'desk')).to.equal('till');
    expect(peerOf('order-service answered 503', 'desk')).to.equal('order-service');
  });

  it("is no word of the language that is somebody else's name, and not who writes", () => {
    expect(peerOf('no such user', 'desk')).to.equal(null);
    expect(peerOf('failed to call desk again', 'desk')).to.equal(null);
    expect(peerOf('connection to elsewhere refused', 'desk')).to.equal(null);
  });
});

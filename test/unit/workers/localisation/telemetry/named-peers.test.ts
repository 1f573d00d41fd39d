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

  it('is the cluster of the member that is named', () => {
    const clusterOf = peersAmong(['desk', 'kafka', 'orders-db', 'rabbitmq', 'order', 'mongodb-a', 'mongodb-b']);
    expect(clusterOf("home node 'rabbit@rabbit-1' of durable queue 'rides' is down", 'desk')).to.equal('rabbitmq');
    expect(clusterOf('Disconnected from broker kafka-2: UNKNOWN_LEADER', 'desk')).to.equal('kafka');
    expect(clusterOf('dial tcp: lookup orders-db-0.orders-db on 10.0.0.10:53: no such host', 'desk')).to.equal(
      'orders-db',
    );
    expect(clusterOf('kafka-0.kafka-headless.data.svc:9092 could not be reached', 'desk')).to.equal('kafka');
    expect(clusterOf('packing of order-12 failed', 'desk')).to.equal(null);
    expect(clusterOf('primary mongo-1 is gone', 'desk')).to.equal(null);
    expect(clusterOf('node kafka-1: log directory is offline', 'kafka')).to.equal(null);
  });

  it("is no word of the language that is somebody else's name, and not who writes", () => {
    expect(peerOf('no such user', 'desk')).to.equal(null);
    expect(peerOf('failed to call desk again', 'desk')).to.equal(null);
    expect(peerOf('connection to elsewhere refused', 'desk')).to.equal(null);
  });
});

import { openProducer, queueNameOf, startConsumer } from '@edfi-tenants/queue'
import { expect } from 'chai'

const silent = () => undefined
const log = { debug: silent, info: silent, warn: silent }

describe('Queue names', () => {
  it('show the route, and never one for two routes', () => {
    expect(queueNameOf('default.postgresql')).to.equal('jobs-default.postgresql')
    expect(queueNameOf('default')).to.equal('jobs-default')
    expect(queueNameOf('eu-west.sql')).not.to.equal(queueNameOf('eu.west-sql'))
  })

  it('refuse what is no route, which BullMQ would take for a key of its own', () => {
    for (const route of ['', 'a:b', 'a.b.c', '.a', 'a.', 'a b', 'a*'])
      expect(() => queueNameOf(route), route).to.throw(RangeError)
  })

  it('need a datastore that BullMQ can work on', () => {
    expect(() => openProducer({ url: 'amqp://queue', log })).to.throw(RangeError, 'redis://')
    const consume = () =>
      startConsumer({ url: 'queue', routes: ['a'], concurrency: 1, log, onRing: () => Promise.resolve() })
    expect(consume).to.throw(RangeError, 'redis://')
  })
})

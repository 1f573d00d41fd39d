import express from 'express';
import type { Config } from '../../../src/shared/config.ts';
import { listen } from '../../../src/shared/http/listen.ts';
import { describeFault } from '../describe-fault.ts';
import { type Check, failed, type Line, ok } from './check.ts';

/** The ports that the fleet listens on: free, or held by a fleet that runs already. */
export function checkPorts({ host, port, workerPort }: Pick<Config, 'host' | 'port' | 'workerPort'>): Check {
  return {
    what: 'ports',
    run: async (signal) => {
      if (port !== 0 && port === workerPort)
        return [failed('ports', `PORT and WORKER_PORT are both ${port}`, 'give them different numbers')];
      return [
        await checkPort({ variable: 'PORT', port, host }, signal),
        await checkPort({ variable: 'WORKER_PORT', port: workerPort, host }, signal),
      ];
    },
  };
}

type Wanted = { variable: string; port: number; host: string };

async function checkPort({ variable, port, host }: Wanted, signal: AbortSignal): Promise<Line> {
  if (port === 0) return ok(variable, 'any free port');
  try {
    const listening = await listen(express(), port, host);
    await listening.close(100);
    return ok(variable, `${port} is free`);
  } catch (error) {
    if (await isFleet(host, port, signal)) return ok(variable, `${port} is held by a running fleet`);
    return failed(variable, describeFault(error), `stop what holds the port, or set ${variable} to another one`);
  }
}

/** Every role of the fleet serves metrics under names of ours. */
async function isFleet(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  const at = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  try {
    const response = await fetch(`http://${at}:${port}/metrics`, { signal, redirect: 'error' });
    return (await response.text()).includes('rca_fleet_');
  } catch {
    return false;
  }
}

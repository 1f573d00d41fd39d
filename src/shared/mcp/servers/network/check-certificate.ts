import { isIP } from 'node:net';
import { type DetailedPeerCertificate, getCACertificates } from 'node:tls';
import type { CapabilityOutput } from '../../capabilities.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import { certificateFacts, chainOf, NO_CERTIFICATE } from './certificate-facts.ts';
import { normalizeHost } from './host-name.ts';
import type { NetworkDeps } from './network-deps.ts';
import { resolveTarget, type Target } from './resolve-target.ts';
import { runCheck } from './run-check.ts';
import { openTls } from './wire.ts';

type Handshake = { certificate: DetailedPeerCertificate; chainError: string | null; protocol: string | null };

/** `check_certificate`: a real TLS handshake, and what the server's certificate says. */
export function certificateTool(deps: NetworkDeps): ToolDefinition {
  return toolFor('certificate.check', {
    title: 'Check a TLS certificate',
    description:
      'Makes a TLS handshake with an allow-listed host and returns its certificate: names, issuer, validity, hours left, whether the chain is trusted and the host name fits. A refused connection or failed handshake is returned in `error`.',
    run: async ({ host, port, serverName }, { signal }) => {
      const name = normalizeHost(serverName ?? host);
      const { value, error } = await runCheck({ signal, timeoutMs: deps.timeoutMs }, async (checkSignal) =>
        shakeHands(await resolveTarget({ host, port }, { ...deps, signal: checkSignal }), name, deps, checkSignal),
      );
      const seen = value
        ? certificateFacts(value.certificate, { ...value, serverName: name, now: deps.now() })
        : NO_CERTIFICATE;
      const data = { host, port, serverName: name, error, ...seen, protocol: value?.protocol ?? null };
      return { data, text: describe(data, value) };
    },
  });
}

async function shakeHands(
  target: Target,
  serverName: string,
  deps: NetworkDeps,
  signal: AbortSignal,
): Promise<Handshake> {
  const socket = await openTls(
    {
      host: target.address,
      port: target.port,
      // SNI carries names only (RFC 6066 section 3).
      servername: isIP(serverName) ? '' : serverName,
      // The check wants to see bad certificates, not to be protected from them; no data is sent over this socket.
      rejectUnauthorized: false,
      // Left out here so that authorizationError speaks of the chain alone.
      checkServerIdentity: () => undefined,
      ca: deps.extraCa.length > 0 ? [...getCACertificates('default'), ...deps.extraCa] : undefined,
    },
    signal,
  );
  try {
    const certificate = socket.getPeerCertificate(true);
    const chainError = socket.authorized ? null : String(socket.authorizationError);
    return { certificate, chainError, protocol: socket.getProtocol() };
  } finally {
    socket.destroy();
  }
}

function describe(data: CapabilityOutput<'certificate.check'>, handshake: Handshake | null): string {
  const place = `${data.host}:${data.port} (${data.serverName})`;
  if (!handshake) return `${place}: no certificate seen: ${data.error?.code} ${data.error?.message}`;
  const hours = data.hoursLeft ?? 0;
  const validity = hours < 0 ? `EXPIRED ${-hours} hours ago` : `${hours} hours left`;
  return [
    `${place}: ${data.subject}, issued by ${data.issuer}, for ${data.altNames.join(', ') || 'no alternative names'}`,
    `valid from ${data.validFrom} to ${data.validTo}: ${validity}`,
    `chain: ${chainOf(handshake.certificate).join(' <- ')}: ${handshake.chainError ?? 'trusted'}`,
    `host name ${data.hostnameMatches ? 'matches' : 'DOES NOT match'}; ${data.protocol}`,
  ].join('\n');
}

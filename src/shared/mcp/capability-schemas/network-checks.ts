import { z } from 'zod';

/** Why a check could not be made on the wire: `code` is Node's, OpenSSL's or the service's own word. */
const checkErrorSchema = z.object({ code: z.string(), message: z.string() });
const checkError = checkErrorSchema.nullable();
export type CheckError = z.infer<typeof checkErrorSchema>;

export const certificateCheck = {
  input: z.object({ host: z.string(), port: z.number().int().default(443), serverName: z.string().optional() }),
  output: z.object({
    host: z.string(),
    port: z.number(),
    serverName: z.string(),
    error: checkError,
    subject: z.string().nullable(),
    issuer: z.string().nullable(),
    altNames: z.array(z.string()),
    validFrom: z.string().nullable(),
    validTo: z.string().nullable(),
    /** Negative when the certificate has expired. */
    hoursLeft: z.number().nullable(),
    selfSigned: z.boolean().nullable(),
    chainTrusted: z.boolean().nullable(),
    hostnameMatches: z.boolean().nullable(),
    protocol: z.string().nullable(),
  }),
};

export const dnsLookup = {
  input: z.object({ name: z.string(), type: z.enum(['A', 'AAAA', 'CNAME', 'SRV', 'TXT']).default('A') }),
  output: z.object({
    name: z.string(),
    type: z.string(),
    answers: z.array(z.string()),
    /** True where our own configuration fixed the address, so that no DNS server was asked. */
    fixed: z.boolean().optional(),
    error: checkError,
    durationMs: z.number(),
  }),
};

export const tcpCheck = {
  input: z.object({ host: z.string(), port: z.number().int() }),
  output: z.object({
    host: z.string(),
    port: z.number(),
    connected: z.boolean(),
    error: checkError,
    durationMs: z.number(),
  }),
};

export const httpCheck = {
  input: z.object({ url: z.string() }),
  output: z.object({ url: z.string(), status: z.number().nullable(), error: checkError, durationMs: z.number() }),
};

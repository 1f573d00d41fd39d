import { expect } from 'chai';
import { lostFromImage } from '../../../../../src/workers/changes/harms/lost-from-image.ts';

const lostBy = (detail: string, said: string, files = ['Dockerfile']) =>
  lostFromImage({ detail, files })
    .filter(({ shows }) => shows.test(said))
    .map(({ why }) => why);
const lines = (...all: string[]): string => all.join('\n');

const ROOTS = 'root certificates';
const UNTRUSTED = 'Get "https://api.bank.example": x509: certificate signed by unknown authority';
const NO_ISSUER = 'SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer certificate';
const DISTROLESS = 'gcr.io/distroless/static-debian12';

/** What is lost, of which image, the file, the diff, and how it shows. */
const LOST: [why: string, name: string, file: string, diff: string, said: string][] = [
  [
    ROOTS,
    'an empty base',
    'svc/Dockerfile',
    '-FROM alpine:3.20\n+FROM scratch\n COPY --from=build /out/svc /svc',
    UNTRUSTED,
  ],
  [
    ROOTS,
    'a bundle that is no longer copied',
    'Containerfile',
    ' FROM scratch\n-COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n COPY --from=build /svc /svc',
    UNTRUSTED,
  ],
  [
    ROOTS,
    'a package in a list of several lines',
    'docker/api.Dockerfile',
    lines(' RUN apt-get update && apt-get install -y \\', '-    ca-certificates \\', '     libpq5 \\'),
    NO_ISSUER,
  ],
  [
    ROOTS,
    'a list of apko',
    'apko.yaml',
    ' contents:\n   packages:\n-    - ca-certificates-bundle\n     - nodejs-20',
    'Error: unable to verify the first certificate',
  ],
  [ROOTS, 'contents of Nix', 'image.nix', '-  contents = [ app pkgs.cacert ];\n+  contents = [ app ];', UNTRUSTED],
  [
    ROOTS,
    'a base of Ubuntu for one of a language',
    'Dockerfile',
    '-FROM golang:1.23\n+FROM ubuntu:24.04',
    'PKIX path building failed: unable to find valid certification path',
  ],
  [ROOTS, 'a base of ko', '.ko.yaml', `-defaultBaseImage: ${DISTROLESS}\n+defaultBaseImage: scratch`, UNTRUSTED],
  ['time zones', 'Alpine', 'Dockerfile', '-FROM debian:12\n+FROM alpine:3.20', 'unknown time zone Europe/Oslo'],
  [
    'time zones',
    'a package of Alpine',
    'Dockerfile',
    '-RUN apk add --no-cache tzdata curl\n+RUN apk add --no-cache curl',
    "zoneinfo._common.ZoneInfoNotFoundError: 'No time zone found with key Asia/Tokyo'",
  ],
  [
    'languages and cultures',
    'Alpine for .NET',
    'Dockerfile',
    '-FROM mcr.microsoft.com/dotnet/aspnet:8.0\n+FROM mcr.microsoft.com/dotnet/aspnet:8.0-alpine',
    "Process terminated. Couldn't find a valid ICU package installed on the system.",
  ],
  [
    'fonts',
    'a package of fonts',
    'Dockerfile',
    '-RUN apt-get install -y fontconfig fonts-dejavu\n',
    'java.lang.InternalError: Fontconfig head is null, check your fonts or fonts configuration',
  ],
  [
    'shared libraries',
    'a slim base',
    'Dockerfile',
    '-FROM python:3.12\n+FROM python:3.12-slim',
    'ImportError: libGL.so.1: cannot open shared object file: No such file or directory',
  ],
  [
    'a shell',
    'a base without a shell',
    'Dockerfile',
    `-FROM debian:12-slim\n+FROM ${DISTROLESS}`,
    'Liveness probe errored: exec: "sh": executable file not found in $PATH',
  ],
  [
    'ffmpeg',
    'a program that is started by name',
    'Dockerfile',
    '-RUN apt-get install -y --no-install-recommends ffmpeg tini\n+RUN apt-get install -y --no-install-recommends tini',
    'exec: "ffmpeg": executable file not found in $PATH',
  ],
  [
    'another C library',
    'musl instead of glibc',
    'Dockerfile',
    '-FROM node:22-bookworm\n+FROM node:22-alpine',
    'Error: Error relocating /app/node_modules/sharp.node: gnu_get_libc_version: symbol not found',
  ],
];

describe('what an image no longer has', () => {
  for (const [why, name, file, diff, said] of LOST)
    it(`is seen in ${name} (${why})`, () => {
      expect(lostBy(diff, said, [file]).join('; '), diff).to.include(why);
    });

  it('is not what the new base has, what other lines bring, or what the complaint is not about', () => {
    const copied = 'COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/';
    const harmless = [
      `-FROM debian:12-slim\n-RUN apt-get install -y ca-certificates\n+FROM ${DISTROLESS}`,
      `-FROM alpine:3.20\n+FROM scratch\n+${copied}`,
      `-FROM alpine:3.20\n+FROM scratch\n ${copied}`,
      ' FROM alpine:3.20\n-RUN apk add --no-cache ca-certificates tzdata\n+RUN apk add --no-cache tzdata',
      '-RUN apt-get install -y ca-certificates curl\n+RUN apt-get install -y curl ca-certificates git',
      '-FROM alpine:3.19\n+FROM alpine:3.20',
      '-FROM golang:1.22 AS build\n+FROM ubuntu:24.04 AS build\n FROM alpine:3.20\n COPY --from=build /svc /svc',
      '-FROM node:20\n+FROM node:22',
    ];
    for (const diff of harmless) expect(lostBy(diff, UNTRUSTED), diff).to.deep.equal([]);
    const emptied = '-FROM alpine:3.20\n+FROM scratch';
    for (const said of ['x509: certificate has expired or is not yet valid', 'connection refused', '503 from stock'])
      expect(lostBy(emptied, said), said).to.deep.equal([]);
  });

  it('is read from lines of images alone', () => {
    const code = '-import certifi\n-session.verify = certifi.where()\n+session.verify = True';
    expect(lostBy(code, NO_ISSUER, ['app.py'])).to.deep.equal([]);
    expect(lostBy(code, NO_ISSUER, ['app.py', 'Dockerfile'])).to.deep.equal([]);
    expect(lostBy('-FROM alpine:3.20\n+# ca-certificates are not needed\n+FROM scratch', UNTRUSTED)).to.have.length(1);
  });
});

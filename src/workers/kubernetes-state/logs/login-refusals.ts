import type { FailureKind } from './failure-kind.ts';

/**
 * How servers that are no stores refuse a login: mail (SMTP, RFC 4954: 535, 5.7.8), directories (LDAP, RFC 4511: result 49), file
 * servers (SSH, FTP 530) and repositories. Tried before the stores, whose words for it are the same.
 */
export const LOGIN_REFUSALS: readonly FailureKind[] = [
  {
    name: 'mail-credentials',
    class: 'application',
    meaning: 'the mail server (SMTP) refuses the login: the credentials are wrong or missing (authentication failed)',
    pattern:
      /SMTP\w*Auth\w*(?:Error|Exception)|MailAuthenticationException|mail\.AuthenticationFailedException|\b53[45][ -]5\.7\.|\bEAUTH\b|username and password not accepted|\[AUTHENTICATIONFAILED\]|\b(?:smtps?|imaps?|mail ?server|mailer)\b.{0,80}(?:authentication (?:failed|unsuccessful)|auth(?:entication)? (?:error|failure)|login (?:failed|denied)|invalid (?:login|credentials))/i,
    weight: 1,
  },
  {
    name: 'directory-credentials',
    class: 'application',
    meaning: 'the directory (LDAP) refuses the login (bind): the credentials are wrong or have expired',
    pattern:
      /\bldap\S{0,40}(?:invalid_?credentials)|\bldap\b.{0,60}(?:error code 49\b|result code 49\b|invalid credentials)|AcceptSecurityContext error, data/i,
    weight: 1,
  },
  {
    name: 'file-server-credentials',
    class: 'application',
    meaning: 'the file server (SSH, SFTP, FTP) refuses the login: the key or password is wrong or missing',
    pattern:
      /paramiko\S{0,40}AuthenticationException|permission denied \((?:publickey|password)|JSchException: Auth (?:fail|cancel)|ssh: unable to authenticate|all configured authentication methods failed|\b530[ -](?:login|user|not logged in|permission denied)|\b(?:sftp|ftps?|ssh)\b.{0,60}(?:authentication failed|login incorrect|auth fail)/i,
    weight: 1,
  },
  {
    name: 'repository-credentials',
    class: 'application',
    meaning: 'the repository (git) refuses the login: the token or password is wrong, missing or has expired',
    pattern:
      /fatal: authentication failed for '|remote: (?:invalid username or (?:password|token)|HTTP Basic: access denied)|could not read username for 'https?:/i,
    weight: 1,
  },
];

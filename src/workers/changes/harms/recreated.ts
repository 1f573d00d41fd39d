import { oneLine } from '../../detectors/support/text.ts';
import { type Consequence, type ReadChange, signedLines } from './harm.ts';

/** Things of a platform by whose address, name or key others know the system. */
const KNOWN_BY_OTHERS =
  /aws_(?:eip|nat_gateway|lb|alb|elb|instance|kms_key|iam_access_key|vpn_connection|customer_gateway|cloudfront_distribution|db_instance|vpc_endpoint_service|ses_\w+)|google_compute_(?:address|global_address|router_nat|instance|forwarding_rule)|google_service_account(?:_key)?|azurerm_(?:public_ip|nat_gateway|lb|key_vault|storage_account)\w*|hcloud_(?:primary_ip|floating_ip|server)|digitalocean_(?:reserved_ip|floating_ip|droplet)|openstack_networking_floatingip\w*|tls_private_key|random_(?:password|id)|ec2\.(?:Eip|NatGateway|CfnEIP|CfnNatGateway)|AWS::EC2::(?:EIP|NatGateway)/i;
const RESOURCE = /\bresource\s+"([\w-]+)"\s+"([\w-]+)"|new\s+[\w.]*ec2\.(\w+)\(\s*(?:this,\s*)?["']([\w-]+)["']/g;
/** By these a thing is kept though it is called otherwise. */
const KEPT = /\bmoved\s*\{|\bimport\s*\{|state mv|prevent_destroy\s*=\s*true|aliases:\s*\[|ignore_changes/;

const NOT_KNOWN =
  /not (?:registered|allow\w*|permitted|white-?listed|authori[sz]ed|in the list|recogni[sz]ed|known)|unregistered|unknown (?:origin|source|client|ip)|(?:source|client|remote|origin|peer)[ _-]?(?:ip|address|host)|\borigin \d|allow-?list|white-?list|ip[ _](?:denied|blocked|restricted)|SPF|\b403\b|\b401\b|host key|no such host|NXDOMAIN/i;

/** Infrastructure that is destroyed and made anew because its place in the code changed: it comes back with other addresses or keys. */
export function recreated({ detail }: ReadChange): Consequence[] {
  const text = detail.slice(0, 20_000);
  if (!KNOWN_BY_OTHERS.test(text) || KEPT.test(text)) return [];
  const { removed, added, context } = signedLines(text);
  const [gone, come] = [resourcesIn(removed), resourcesIn(added)];
  const renamed = gone.filter((name) => KNOWN_BY_OTHERS.test(name) && !come.includes(name));
  const counts = (lines: string[]) => lines.some((line) => /^\s*count\s*=/.test(line));
  const loops = (lines: string[]) => lines.some((line) => /^\s*for_each\s*=/.test(line));
  const isRekeyed = (counts(removed) && loops(added)) || (loops(removed) && counts(added));
  if (renamed.length === 0 && !isRekeyed) return [];
  const names = renamed.length > 0 ? renamed : resourcesIn([...context, ...removed, ...added]);
  const told = names.filter((name) => KNOWN_BY_OTHERS.test(name)).slice(0, 3);
  return [
    {
      why: `it has ${told.length > 0 ? told.join(', ') : 'resources'} destroyed and made anew, so that a new address replaces the one by which others know (allow) us${isRekeyed ? ': "count" and "for_each" give each another name' : ''}`,
      shows: NOT_KNOWN,
      isPlain: true,
      class: 'network',
    },
  ];
}

const resourcesIn = (lines: string[]): string[] =>
  lines.flatMap((line) =>
    [...line.matchAll(RESOURCE)].map(([, type, name, construct, id]) =>
      oneLine(type ? `${type}.${name}` : `ec2.${construct} ${id}`, 60),
    ),
  );

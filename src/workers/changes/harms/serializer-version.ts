import type { Consequence, ReadChange } from './harm.ts';

/** Libraries that write data for others to read, by parts of their names. */
const SERIALIZERS =
  /jackson|gson|moshi|kotlinx-serialization|protobuf|protoc|avro|thrift|msgpack|messagepack|newtonsoft|system\.text\.json|serde|bincode|kryo|marshmallow|pydantic|orjson|simplejson|oj\b|jbuilder|jms-serializer|superjson|fast-json|cbor|circe|play-json|jason\b|poison\b|parquet|arrow\b/i;
/** A name with a version behind it, as files of dependencies write it. */
const VERSION = /([\w@./:-]*?)["']?\s?[=:>~^ ]+\s?["'v^~>=]*(\d+)\.\d+(?:\.\d+)?/;

const MISREAD =
  /deserial|cannot (?:be )?(?:pars|read|decod|convert)\w*|could not (?:be )?(?:pars|read|decod|convert)\w*|pars(?:e|ing) (?:error|fail\w*)|(?:failed|unable) to (?:pars|read|decod)\w*|unexpected (?:token|type|field|value)|invalid (?:date|time\w*|type|format|value|payload|event|message|json)|schema|expected (?:an? )?(?:\w+ )?(?:number|string|integer|boolean|array|object|timestamp|date)|type mismatch|must be (?:an? )?(?:\w+ )?(?:number|string|integer|boolean|array|object|date)|unknown (?:field|property)|dead.?letter|\bdlq\b|poison/i;

/** Another major version of the library that writes data: its defaults of dates, names and absent values may be others, and those who read it notice. */
export function serializerVersion({ removed, added, detail }: ReadChange): Consequence[] {
  const lines = detail.split('\n', MOST_LINES);
  const majors = (sign: string, own: string[]) =>
    new Map(
      [...lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(1)), ...own].flatMap((line) => {
        const [, name = '', major = ''] = VERSION.exec(line.slice(0, 300)) ?? [];
        const known = SERIALIZERS.exec(name)?.[0].toLowerCase();
        return known ? [[known, major] as const] : [];
      }),
    );
  const [was, is] = [majors('-', removed), majors('+', added)];
  const found = [...was].find(([name, major]) => is.has(name) && is.get(name) !== major);
  if (!found) return [];
  const [name, major] = found;
  const why = `it writes with version ${is.get(name)} of ${name} instead of ${major}, whose defaults are others`;
  return [{ why, shows: MISREAD, isPlain: true, feltByReaders: true }];
}

const MOST_LINES = 400;

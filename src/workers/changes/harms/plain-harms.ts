import { anewEachTry } from './anew-each-try.ts';
import { backtracking } from './backtracking.ts';
import { blockedConnections } from './blocked-connections.ts';
import { blockingInAsync } from './blocking-in-async.ts';
import { cacheGeneration } from './cache-generation.ts';
import { droppedIndex } from './dropped-index.ts';
import { durationUnits } from './duration-units.ts';
import { endlessNames } from './endless-names.ts';
import { epochUnits } from './epoch-units.ts';
import { frameworkVersion } from './framework-version.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { headersNotPassedOn } from './headers-not-passed-on.ts';
import { identityOfKeys } from './identity-of-keys.ts';
import { inLoops } from './in-loops.ts';
import { INHERITED_BY_FORKS } from './inherited-by-forks.ts';
import { harmsBy } from './lines.ts';
import { lostFromImage } from './lost-from-image.ts';
import { madeEachTime } from './made-each-time.ts';
import { metricLabels } from './metric-labels.ts';
import { narrowedAddresses } from './narrowed-addresses.ts';
import { OF_ACCESS } from './of-access.ts';
import { OF_CONCURRENCY } from './of-concurrency.ts';
import { changedProbe, OF_CONTAINERS } from './of-containers.ts';
import { swallowedErrors } from './of-errors.ts';
import { OF_MESSAGES } from './of-messages.ts';
import { offByOne, swappedArguments } from './of-order.ts';
import { OF_PROGRAMS } from './of-programs.ts';
import { OF_QUERIES } from './of-queries.ts';
import { schemaChange } from './of-schemas.ts';
import { lostRights, OF_SETTINGS } from './of-settings.ts';
import { OF_VALUES, otherRules } from './of-values.ts';
import { OF_WAITING } from './of-waiting.ts';
import { orderOfLocks } from './order-of-locks.ts';
import { otherCulture } from './other-culture.ts';
import { otherKey } from './other-key.ts';
import { largePool, smallPool } from './pool-sizes.ts';
import { recreated } from './recreated.ts';
import { repeatedPages } from './repeated-pages.ts';
import { retriedAnew } from './retried-anew.ts';
import { runsAgain } from './runs-again.ts';
import { serializerVersion } from './serializer-version.ts';
import { settledEach } from './settled-each.ts';
import { shorterAnswers } from './shorter-answers.ts';
import { shorterWaits } from './shorter-waits.ts';
import { unawaitedReturn } from './unawaited-return.ts';
import { unclosed } from './unclosed.ts';
import { untypedParameters } from './untyped-parameters.ts';
import { widerRollout } from './wider-rollout.ts';
import { writtenForm } from './written-form.ts';

const READERS = [
  unclosed,
  unawaitedReturn,
  untypedParameters,
  backtracking,
  durationUnits,
  epochUnits,
  metricLabels,
  droppedIndex,
  schemaChange,
  blockedConnections,
  narrowedAddresses,
  lostRights,
  identityOfKeys,
  otherKey,
  serializerVersion,
  frameworkVersion,
  writtenForm,
  shorterAnswers,
  shorterWaits,
  smallPool,
  largePool,
  cacheGeneration,
  otherCulture,
  endlessNames,
  runsAgain,
  repeatedPages,
  retriedAnew,
  anewEachTry,
  madeEachTime,
  blockingInAsync,
  orderOfLocks,
  headersNotPassedOn,
  recreated,
  offByOne,
  swappedArguments,
  otherRules,
  changedProbe,
  lostFromImage,
  swallowedErrors,
  widerRollout,
  inLoops,
  settledEach,
];

/** The harm that stands in the lines of a change, to be read by anybody, even where it was meant to change nothing. */
export const plainHarms = (change: ReadChange): Consequence[] => [
  ...READERS.flatMap((read) => read(change)),
  ...harmsBy(
    [
      ...OF_PROGRAMS,
      ...OF_SETTINGS,
      ...OF_CONCURRENCY,
      ...OF_VALUES,
      ...OF_MESSAGES,
      ...OF_ACCESS,
      ...OF_WAITING,
      ...OF_QUERIES,
      ...OF_CONTAINERS,
      INHERITED_BY_FORKS,
    ],
    change,
  ),
];

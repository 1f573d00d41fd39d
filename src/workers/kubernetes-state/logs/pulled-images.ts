const IMAGE = String.raw`\\{0,3}["']?([a-z0-9][\w.:/@-]{2,254})`;
/** How kubelets and container runtimes (containerd, CRI-O, Docker) write that an image could not be fetched. */
const PULL_FAILED = new RegExp(
  String.raw`(?:\b(?:failed to pull(?: and unpack)? image|back-off pulling image|pull(?:ing)? image)\s+|\bPullImage\s+|\bfailed to resolve reference\s+)${IMAGE}`,
  'i',
);
const PULLED = new RegExp(
  String.raw`(?:\bsuccessfully pulled image\s+|\bPulled image:?\s+|\bPullImage\s+(?=[^\n]{1,300}returns image reference)|\bdownloaded newer image for\s+)${IMAGE}`,
  'i',
);
const FAILS = /\bfail|\berr(?:or)?\b|back-off/i;

const imageIn = (pattern: RegExp, line: string): string | null => pattern.exec(line.slice(0, 1500))?.[1] ?? null;

/** True for an image that could not be pulled, where a line below tells that the very same one was. */
export function isPulledLater(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  const image = FAILS.test(line.slice(0, 1500)) ? imageIn(PULL_FAILED, line) : null;
  if (image === null) return false;
  const later = lines.slice(index + 1);
  const pulled = later.findLastIndex((one) => imageIn(PULLED, one) === image);
  // What failed once more after it is not over.
  return (
    pulled !== -1 && !later.slice(pulled + 1).some((one) => FAILS.test(one) && imageIn(PULL_FAILED, one) === image)
  );
}

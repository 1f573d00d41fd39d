/**
 * Room for one suspect at a time in this process: a job whose worker has died again and again. When it kills another worker,
 * it does not take other suspects with it, so that of all that died together only the culprit comes to its last death.
 */
export type SuspectLane = {
  /** Takes the lane and returns how to leave it; null while another suspect is in it. */
  enter(): (() => void) | null;
};

/** Makes an empty lane, one for all pools of a process. */
export function createSuspectLane(): SuspectLane {
  let taken = false;
  return {
    enter: () => {
      if (taken) return null;
      taken = true;
      return () => {
        taken = false;
      };
    },
  };
}

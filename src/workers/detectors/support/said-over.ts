/** Words of an alert (lower case) that tells itself that what it was about has ended. */
const SAID_OVER =
  /\b(?:state|status)\b[^.\n]{0,20}\b(?:now )?ok\b|\bback to ok\b|\bresolved\b|\bback to normal\b|\b(?:has|have) recovered\b|\bfor information\b|\bfyi\b/;

/** True for an alert (lower case) that says itself that its trouble is over. */
export const isSaidToBeOver = (alert: string): boolean => SAID_OVER.test(alert);

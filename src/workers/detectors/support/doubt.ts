/** The confidence (0 to 1) from which a suspicion, however weak, keeps a proof of health from being told. */
export const DOUBT = 0.35;

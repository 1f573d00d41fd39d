/** An alert that asks how long a certificate still holds; a private issuer does not answer it. */
export const SPEAKS_OF_EXPIRY = /expir|renew|validity|days? (?:left|remaining)/i;

/**
 * Seconds that a request may take. Every proxy waits this long for a response, and every shutdown waits this long for
 * requests in flight. Source: Load Balancing and Scaling Strategy, proxy time-outs.
 */
export const REQUEST_TIMEOUT_SECONDS = 60;

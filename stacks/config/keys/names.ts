/** Pattern of one label of a DNS name, lower case. Kubernetes' names are labels too. */
export const DNS_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

const HTTPS_HOST = `https://${DNS_LABEL}(?:\\.${DNS_LABEL})*(?::\\d{1,5})?`;
const PATH_PART = "/[\\w.~-]+";

/** An https URL without user, query or trailing slash. */
export const HTTPS_URL = new RegExp(`^${HTTPS_HOST}(?:${PATH_PART})*$`);

/** The same, with a path. */
export const HTTPS_URL_WITH_PATH = new RegExp(`^${HTTPS_HOST}(?:${PATH_PART})+$`);

/** A price as a provider's own list says it, under the name that it has in ours. */
export interface ProviderQuote {
  readonly cloud: "aws" | "gcp";
  /** "ebs.gp3.storage" for a service; "t3.large" for an instance type. */
  readonly name: string;
  /** Of an instance type: which of its prices; absent for a service. */
  readonly field?: "hourly" | "hourlySpot" | "hourly1yReserved" | "hourly3yReserved";
  /** US dollars for a unit of ours. */
  readonly usd: number;
}

/** What a provider's list said on a day. */
export interface ProviderList {
  readonly cloud: "aws" | "gcp";
  readonly quotes: readonly ProviderQuote[];
  /** Key, text and date for `sources`. */
  readonly source: { readonly id: string; readonly what: string; readonly date: string };
}

/** A provider didn't answer as documented; the message says what it was asked. */
export class ProviderError extends Error {}

/** GETs an address. Throws ProviderError for whatever isn't a success. */
export async function get(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new ProviderError(`${withoutKey(url)}: ${(error as Error).message}`);
  }
  if (!response.ok) {
    throw new ProviderError(`${withoutKey(url)}: HTTP ${response.status}`);
  }
  return response;
}

/** An address as it may be shown. */
function withoutKey(url: string): string {
  return url.replace(/([?&]key=)[^&]*/, "$1…");
}

import type { Cloud } from "../../components/model/cloud";

/** A price from a provider's list, with its name in our list. */
export interface ProviderQuote {
  readonly cloud: Cloud;
  /** "ebs.gp3.storage" for a service; "t3.large" for an instance type. */
  readonly name: string;
  /** Which price of an instance type. Undefined for a service. */
  readonly field?: "hourly" | "hourlySpot" | "hourly1yReserved" | "hourly3yReserved";
  /** US dollars per unit of our list. */
  readonly usd: number;
}

/** A provider's list on a day. */
export interface ProviderList {
  readonly cloud: Cloud;
  readonly quotes: readonly ProviderQuote[];
  /** Key, text and date for `sources`. */
  readonly source: { readonly id: string; readonly what: string; readonly date: string };
}

/** A provider did not respond as documented. The message has the URL. */
export class ProviderError extends Error {}

/** GETs a URL. Throws ProviderError if that fails. */
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

/** A URL without its API key, for messages. */
function withoutKey(url: string): string {
  return url.replace(/([?&]key=)[^&]*/, "$1…");
}

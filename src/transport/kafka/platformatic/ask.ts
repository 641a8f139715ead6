import { type API, type Connection, protocolErrorsCodesById } from "@platformatic/kafka";
import { answersIn } from "../kafka-error.ts";

/** What a broker answered, by its own name; the library's error says only which request it was. */
export class BrokerAnswer extends Error {
  override readonly name = "BrokerAnswer";
  /** E.g. `NOT_COORDINATOR`. */
  readonly apiId: string;

  constructor(apiId: string, options?: ErrorOptions) {
    super(`the broker answered ${apiId}`, options);
    this.apiId = apiId;
  }
}

/** Sends one request. Rejects with BrokerAnswer, or with the error of the connection. */
export async function ask<Request extends unknown[], Answer>(
  api: API<Request, Answer>,
  connection: Connection,
  ...request: Request
): Promise<Answer> {
  try {
    return await api.async(connection, ...request);
  } catch (error) {
    const [first] = answersIn(error);
    throw first === undefined ? error : new BrokerAnswer(first, { cause: error });
  }
}

/** The error of a code that stands in an answer. */
export function answerOfCode(code: number): BrokerAnswer {
  return new BrokerAnswer(protocolErrorsCodesById[code] ?? `error code ${code}`);
}

/** What came with an error: some answers hold what is right beside what is wrong. */
export function responseIn<Answer>(error: unknown): Partial<Answer> | undefined {
  const { cause } = error as { readonly cause?: { readonly response?: Partial<Answer> } };
  return cause?.response;
}

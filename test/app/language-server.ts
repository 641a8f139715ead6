/**
 * The YAML language server that editors run, over stdio: open a text, ask for diagnostics and completions. Schemas come
 * from the file's own modeline only; nothing is fetched.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export interface Diagnostic {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

const program = join(import.meta.dirname, "../../node_modules/yaml-language-server/bin/yaml-language-server");

export class LanguageServer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #diagnostics = new Map<string, (diagnostics: readonly Diagnostic[]) => void>();
  #buffer = Buffer.alloc(0);
  #id = 0;

  constructor() {
    this.#child = spawn(process.execPath, [program, "--stdio"]);
    this.#child.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  async start(): Promise<void> {
    await this.#request("initialize", {
      processId: process.pid,
      rootUri: null,
      capabilities: { textDocument: { completion: { completionItem: { snippetSupport: false } } } },
    });
    this.#send({ method: "initialized", params: {} });
    const yaml = { validate: true, completion: true, schemaStore: { enable: false }, schemas: {} };
    this.#send({ method: "workspace/didChangeConfiguration", params: { settings: { yaml } } });
  }

  /** Resolves with what the server finds in the text. */
  open(file: string, text: string): Promise<readonly Diagnostic[]> {
    const uri = pathToFileURL(file).href;
    const found = new Promise<readonly Diagnostic[]>((resolve) => this.#diagnostics.set(uri, resolve));
    this.#send({
      method: "textDocument/didOpen",
      params: { textDocument: { uri, languageId: "yaml", version: 1, text } },
    });
    return found;
  }

  /** Labels offered at a place of an open text; both count from 0. */
  async complete(file: string, line: number, character: number): Promise<readonly string[]> {
    const textDocument = { uri: pathToFileURL(file).href };
    const answer = await this.#request("textDocument/completion", {
      textDocument,
      position: { line, character },
    });
    const { items } = answer as { readonly items: readonly { readonly label: string }[] };
    return items.map(({ label }) => label);
  }

  stop(): void {
    this.#child.kill();
  }

  #request(method: string, params: unknown): Promise<unknown> {
    this.#id += 1;
    const id = this.#id;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    this.#send({ id, method, params });
    return answer;
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const head = this.#buffer.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString("latin1", 0, head))?.[1]);
      const end = head + 4 + length;
      if (this.#buffer.length < end) return;
      const message = JSON.parse(this.#buffer.toString("utf8", head + 4, end)) as Message;
      this.#buffer = this.#buffer.subarray(end);
      this.#take(message);
    }
  }

  #take({ id, method, params, result }: Message): void {
    if (method === "textDocument/publishDiagnostics") {
      const { uri, diagnostics } = params as { uri: string; diagnostics: readonly Diagnostic[] };
      this.#diagnostics.get(uri)?.(diagnostics);
    } else if (method === "workspace/configuration" && id !== undefined) {
      // Asked for what didChangeConfiguration said already: keep that.
      const yaml = { validate: true, completion: true, schemaStore: { enable: false }, schemas: {} };
      const { items } = params as { readonly items: readonly { readonly section?: string }[] };
      const answers = items.map(({ section }) => (section === "yaml" ? yaml : {}));
      this.#send({ id, result: answers });
    } else if (method !== undefined && id !== undefined) this.#send({ id, result: null });
    else if (id !== undefined) this.#answers.get(id)?.(result);
  }
}

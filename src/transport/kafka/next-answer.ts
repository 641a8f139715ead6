/** The next answer to a heartbeat, for who waits for one that others send. */
export class NextAnswer {
  #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  came(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** None will come: the group has moved on. */
  failed(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

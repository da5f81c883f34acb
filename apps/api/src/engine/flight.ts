/** Work of a stage that is under way and can be told to stop; the signal for that is made when somebody asks for it. */
export class Flight {
  private controller: AbortController | null = null;
  private isAborted = false;

  get aborted(): boolean {
    return this.isAborted;
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.isAborted) this.controller.abort();
    return this.controller.signal;
  }

  abort(): void {
    this.isAborted = true;
    this.controller?.abort();
  }
}

/** Why an instance cannot be planned. `pointer` is a JSON pointer into the instance, `/template/…` into its template. */
export interface PlanProblem {
  readonly pointer: string;
  readonly message: string;
}

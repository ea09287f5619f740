/**
 * Freezes the prototypes that all objects share, so that no input can ever add a property to every object of the
 * process. Called once by the program that starts services, after its imports.
 */
export function hardenRuntime(): void {
  Object.freeze(Object.prototype);
  Object.freeze(Array.prototype);
  Object.freeze(Function.prototype);
}

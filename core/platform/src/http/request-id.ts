import { newId } from "../id";

const known = new WeakMap<Request, string>();
const fitPattern = /^[A-Za-z0-9._-]{8,64}$/;

/** The id under which a request is logged and answered: the caller's `x-request-id` when it is fit, else a new one. */
export function requestIdOf(request: Request): string {
  const earlier = known.get(request);
  if (earlier !== undefined) return earlier;
  const given = request.headers.get("x-request-id");
  const id = given !== null && fitPattern.test(given) ? given : newId();
  known.set(request, id);
  return id;
}

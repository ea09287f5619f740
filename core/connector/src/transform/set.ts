import { defineAction } from "../kit/define";
import { AnyObject } from "../kit/schema";

/** `with` is the object to make and, its expressions evaluated, the output itself. */
export const set = defineAction({
  name: "set",
  title: "Set fields",
  description: "Makes an object from the fields you write. Each field may be fixed text or an expression.",
  effect: "pure",
  input: AnyObject({ description: "the object to make" }),
  output: AnyObject({ description: "the object that was made" }),
  sample: { with: { total: 12, currency: "EUR" }, output: { total: 12, currency: "EUR" } },
  compute: (input, budget) => {
    budget.charge(1);
    return input;
  },
});

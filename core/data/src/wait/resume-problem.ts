/** How a resume address refuses. */
export const problemAnswers = {
  404: { description: "No wait has this address." },
  409: { description: "It has been used already." },
  410: { description: "The wait ran out, or the run has ended." },
  422: { description: "The body does not fit; the address stays good." },
};

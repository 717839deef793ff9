package io.github.kqueueffm.conformance;

/**
 * One thing that has to hold.
 *
 * @param group what it belongs to, for the report
 * @param name what holds if it passes
 */
record Check(String group, String name, Body body) {

  /** How it is found out. */
  interface Body {
    /**
     * Tries it.
     *
     * @return what was seen, for people
     * @throws NotOffered if the system does not have it and the transport does without
     * @throws Exception anything else if it does not hold
     */
    String run(Bench bench) throws Exception;
  }
}

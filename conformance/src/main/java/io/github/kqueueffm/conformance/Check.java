package io.github.kqueueffm.conformance;

/**
 * A property of the system that the transport relies on.
 *
 * @param group the group of the check in the report
 * @param name the property that holds if the check passes
 */
record Check(String group, String name, Body body) {

  /** The code of a check. */
  interface Body {
    /**
     * Runs the check.
     *
     * @return what was seen, as text for people
     * @throws NotOffered if the system lacks the feature and the transport does not need it
     * @throws Exception any other exception if the property does not hold
     */
    String run(Bench bench) throws Exception;
  }
}

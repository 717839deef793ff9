package io.github.kqueueffm.simulation;

/**
 * The ways of one system that others do not have. Which system has which, with which value and from
 * which evidence, is in the resource {@code quirks.tsv} beside this class. Lines are in no order,
 * so that two changes merge.
 */
enum Quirk {
  /** A one-shot whose data was taken before its delivery is delivered with the old count. */
  STALE_ONE_SHOT,
  ;
}

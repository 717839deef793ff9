/**
 * The transport's events for JDK Flight Recorder. Internal.
 *
 * <p>{@link io.github.kqueueffm.jfr.JfrEvents} is the only class that other packages create events
 * with. It loads an event's class when JFR runs, and never where the module jdk.jfr is missing.
 */
package io.github.kqueueffm.jfr;

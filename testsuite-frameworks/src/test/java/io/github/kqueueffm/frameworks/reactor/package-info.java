/** Runs the examples of this package. */
package io.github.kqueueffm.frameworks.reactor;

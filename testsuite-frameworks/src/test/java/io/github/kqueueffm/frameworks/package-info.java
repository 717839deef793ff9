/** Runs the examples, and proves that this transport carried their bytes. */
package io.github.kqueueffm.frameworks;

/** JMH benchmarks of package-private classes. */
package io.github.kqueueffm.selector;

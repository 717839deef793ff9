/** JMH benchmarks of single steps. */
package io.github.kqueueffm.benchmarks.micro;

/** Reports of the results as CSV, Markdown and a page with charts. */
package io.github.kqueueffm.benchmarks.report;

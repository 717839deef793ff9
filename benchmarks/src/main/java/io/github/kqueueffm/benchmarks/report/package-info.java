/** What was measured as CSV, Markdown and a page with charts. */
package io.github.kqueueffm.benchmarks.report;

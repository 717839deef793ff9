/** What the documents promise. */
package io.github.kqueueffm.testsuite.docs;

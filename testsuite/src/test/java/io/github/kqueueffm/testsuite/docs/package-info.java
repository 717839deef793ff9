/** Documents that name code, and have to keep up with it. */
package io.github.kqueueffm.testsuite.docs;

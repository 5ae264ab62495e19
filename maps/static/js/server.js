/* Questions to the server and its answers. */

Kawasan.server = (() => {
  "use strict";

  /* Its answer as JSON, to a question that is posted where there is one; its own words as an error. */
  async function answered(address, asked) {
    const options = asked && {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked),
    };
    const answer = await fetch(address, options).catch((error) => {
      document.dispatchEvent(new CustomEvent("kawasan:unreachable"));
      throw error;
    });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.detail);
    return found;
  }

  /* An answer that stays the same is asked for once; what failed may be asked again. */
  const answers = new Map();

  function once(key, ask) {
    if (!answers.has(key)) {
      const answer = ask();
      answers.set(key, answer);
      answer.catch(() => answers.delete(key));
    }
    return answers.get(key);
  }

  /* The server's words; ours where it did not answer, or not as it should. */
  const reasonOf = (error, otherwise) => (
    (error instanceof SyntaxError || error instanceof TypeError ? "" : error.message) || otherwise
  );

  return { answered, once, reasonOf };
})();

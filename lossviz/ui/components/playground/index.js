// The playground: networks that learn in front of the reader, each with another loss.

import { closeConnectionDialogs } from "../shared/_compat.js";
import { themeOf } from "../shared/plot_theme.js";
import { find } from "../shared/svg.js";
import { Model } from "./model.js";
import { SessionLink } from "./state/session_link.js";
import { Charts } from "./view/charts/charts.js";
import { LinkNote } from "./view/link_note.js";
import { NetworkCount } from "./view/losses/network_count.js";
import { Networks } from "./view/maps/networks.js";
import { Problems } from "./view/problems.js";
import { Seeds } from "./view/seeds/seeds.js";
import { Rates } from "./view/settings/rates.js";
import { Settings } from "./view/settings/settings.js";
import { ShareMenu } from "./view/share_menu.js";
import { Story } from "./view/story.js";
import { Summary } from "./view/summary.js";
import { Toolbar } from "./view/toolbar.js";

/**
 * What component.py sends.
 * @typedef {object} PlaygroundData
 * @property {string} offer The losses that there are: offer_json of offer.py.
 * @property {string} choice Those of the visitor: choice_json, the same.
 * @property {string} play What the address says of the playground, as codec.js writes it.
 * @property {string} story Its steps: story_json of story.py.
 * @property {number} followed The number of the last report of what is chosen that Python has read.
 * @property {string[]} hidden Parts that the page leaves out.
 * @property {string} answer To the formula that was asked for last, or empty.
 * @property {string} verdict On the trainings over seeds that were reported last, or empty.
 */

/** @typedef {(name: "followed" | "typed" | "judged", value: unknown) => void} Trigger */

/** @type {Record<string, string>} Regions that an address can hide, by their names in hideable.py. */
const HIDEABLE = {
  steps: ".story",
  toolbar: ".toolbar",
  settings: ".settings",
  losses: ".network-count",
  charts: ".charts",
  seeds: ".seeds",
  share: ".save-menu",
};

/** @type {WeakMap<Element, Playground>} */
const instances = new WeakMap();

class Playground {
  #waits = false;
  #link;
  #rates;
  #seeds;
  #letDialogsBe = closeConnectionDialogs();
  #story;
  /** @type {HTMLElement} */
  #box;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#box = find(root, ".lossviz-playground");
    this.model = new Model(() => this.#redraw());
    this.#link = new SessionLink(this.model);
    this.#rates = new Rates(find(root, ".rates"), this.model);
    this.#seeds = new Seeds(find(root, ".seeds"), this.model);
    this.#story = new Story(find(root, ".story"), this.model);
    /** @type {import("./model.js").View[]} */
    this.views = [
      this.#link,
      this.#story,
      new Problems(find(root, ".problems")),
      new Toolbar(find(root, ".toolbar"), this.model, this.#box),
      new LinkNote(find(root, ".link-note")),
      new NetworkCount(find(root, ".network-count"), this.model),
      new Settings(find(root, ".settings"), this.model),
      new Networks(find(root, ".networks"), this.model),
      new Charts(find(root, ".charts")),
      this.#rates,
      this.#seeds,
      new Summary(find(root, ".summary")),
      new ShareMenu(find(root, ".save-menu"), this.model),
    ];
  }

  /** @type {(data: PlaygroundData, trigger: Trigger) => void} */
  receive({ offer, choice, play, followed, story, hidden, answer, verdict }, trigger) {
    const { model } = this;
    model.hidden = new Set(hidden);
    for (const [part, region] of Object.entries(HIDEABLE))
      find(this.#box, region).hidden = model.hidden.has(part);
    model.offer.receive(offer);
    this.#story.receive(story);
    model.formulas.connect((question) => trigger("typed", question));
    model.formulas.receive(answer);
    this.#link.receive({ choice, play, followed }, (set) => trigger("followed", set));
    this.#story.settle();
    this.#seeds.receive(verdict, (report) => trigger("judged", report));
    this.#redraw(); // the theme may have changed
  }

  close() {
    this.#letDialogsBe();
    for (const view of this.views) view.close?.();
    this.model.close();
  }

  #redraw() {
    if (this.#waits) return;
    this.#waits = true;
    requestAnimationFrame(() => {
      this.#waits = false;
      if (!this.#box.isConnected) return; // another page has been opened
      this.model.theme = themeOf(this.#box);
      for (const view of this.views) view.draw(this.model);
      this.model.frameIsDrawn();
      if (this.model.frame) this.#box.dataset.drawn = "";
    });
  }
}

/** @param {{ parentElement: HTMLElement, data: PlaygroundData, setTriggerValue: Trigger }} component */
export default function ({ parentElement: root, data, setTriggerValue }) {
  const playground = instances.get(root) ?? new Playground(root);
  instances.set(root, playground);
  playground.receive(data, setTriggerValue);
  // Streamlit also calls this while the component stays, and starts again with the same root
  return () =>
    setTimeout(() => {
      if (root.isConnected) return;
      playground.close();
      instances.delete(root);
    });
}

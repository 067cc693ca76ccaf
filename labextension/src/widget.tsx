import { DOMWidgetModel, DOMWidgetView } from '@jupyter-widgets/base';
import React from 'react';
import { Root, createRoot } from 'react-dom/client';

import type { IDeployments } from './tokens';
import type { Place } from './model/place';
import type { ListView } from './model/preferences';
import { placeOfTraits, traitsOf } from './model/traits';
import { App } from './ui/App';
import type { ListView as Layout } from './model/preferences';
import { VERSION } from './version';

const MODULE = 'primehub-deploy-ext';

/** What the kernel and the page share: which deployments to show and how, never the data. */
export class DeploymentsPanelModel extends DOMWidgetModel {
  override defaults(): Backbone.ObjectHash {
    return {
      ...super.defaults(),
      _model_name: 'DeploymentsPanelModel',
      _model_module: MODULE,
      _model_module_version: VERSION,
      _view_name: 'DeploymentsPanelView',
      _view_module: MODULE,
      _view_module_version: VERSION,
      group: '',
      deployment: '',
      view: 'grid',
      tab: '',
      filter: '',
      height: '',
      selected: ''
    };
  }
}

/** The same screen as the side panel, in a notebook cell. */
export class DeploymentsPanelView extends DOMWidgetView {
  /** Set by the plugin before the first view is made. */
  static deployments: IDeployments;

  override render(): void {
    super.render();
    this.root = createRoot(this.el);
    this.rooted = this.place().view === 'deployment';
    this.listenTo(this.model, 'change comm_live_update', () => this.draw());
    this.draw();
  }

  override remove(): void {
    this.root?.unmount();
    super.remove();
  }

  private draw(): void {
    const view = this.text('view');
    if (view === 'grid' || view === 'table') {
      this.layout = view;
    }
    this.root?.render(
      <App
        {...DeploymentsPanelView.deployments}
        host="cell"
        group={this.text('group')}
        layout={this.layout}
        onLayout={this.list}
        place={this.place()}
        onPlace={this.show}
        rooted={this.rooted}
        height={this.text('height')}
        selected={this.text('selected')}
        onSelect={this.select}
        detached={!this.model.comm_live}
      />
    );
  }

  private readonly select = (id: string): void => {
    this.model.set('selected', id);
    this.touch();
  };

  private readonly list = (layout: ListView): void => {
    this.model.set('view', layout);
    this.touch();
  };

  private readonly show = (place: Place): void => {
    this.model.set(traitsOf(place, this.layout));
    this.touch();
  };

  /** What the traits say is to be shown. */
  private place(): Place {
    return placeOfTraits({
      view: this.text('view'),
      deployment: this.text('deployment'),
      tab: this.text('tab'),
      filter: this.text('filter')
    });
  }

  /** A trait as text; what the kernel leaves out or sets to None is empty. */
  private text(trait: string): string {
    const value: unknown = this.model.get(trait);
    return typeof value === 'string' ? value : '';
  }

  /** How deployments were shown last: what the way back from the administration leads to. */
  private layout: Layout = 'grid';
  private rooted = false;
  private root: Root | undefined;
}
